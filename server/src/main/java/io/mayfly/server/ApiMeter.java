package io.mayfly.server;

import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Route;

/** Tells each account's meter of the account's own requests, and the owner's of those of nobody. */
record ApiMeter(Accounts accounts) implements AwsEndpoint.Listener {
  @Override
  public void answered(Caller caller, Route route) {
    accounts.of(caller.account()).meter().answered(route);
  }

  @Override
  public void refused(Caller caller, String requestId, String asked, AwsException error) {
    accounts.of(caller.account()).meter().refused(requestId, asked, error);
  }

  @Override
  public void refused(String requestId, String asked, AwsException error) {
    accounts.own().meter().refused(requestId, asked, error);
  }
}
