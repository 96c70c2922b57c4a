package io.mayfly.server;

import io.mayfly.aws.Access;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.events.EventBridge;
import io.mayfly.gateway.AccountView;

/** Gives an account's event buses what comes in CloudEvents' format. */
record BusIntake(EventBridge bridge) implements AccountView.EventIntake {
  @Override
  public Access access(String bus) {
    return bridge.access(bus);
  }

  @Override
  public WireResponse put(String bus, WireRequest request) {
    return bridge.putCloudEvents(bus, request);
  }
}
