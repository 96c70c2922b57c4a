package io.mayfly.logs;

import io.mayfly.meter.FunctionLogs;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which function's log a request means by a log group's name or ARN. */
final class GroupNames {
  static final String PREFIX = "/aws/lambda/";

  private static final Pattern OF_FUNCTION = Pattern.compile(PREFIX + "([A-Za-z0-9-_]{1,64})");

  private final String arnPrefix;
  private final FunctionLogs logs;

  GroupNames(Account account, FunctionLogs logs) {
    this.arnPrefix = "arn:aws:logs:%s:%s:log-group:".formatted(account.region(), account.id());
    this.logs = logs;
  }

  /** The name of a function's log group. */
  static String of(FunctionName function) {
    return PREFIX + function;
  }

  /** The ARN of a function's log group, without the {@code :*} that stands for its streams. */
  String arn(FunctionName function) {
    return arnPrefix + of(function);
  }

  /** The ARN of a stream. */
  String arn(FunctionName function, LogStream stream) {
    return arn(function) + ":log-stream:" + stream.name();
  }

  /** The function whose log is called so; empty if no function's can be. */
  static Optional<FunctionName> function(String group) {
    Matcher name = OF_FUNCTION.matcher(group);
    return name.matches() ? Optional.of(new FunctionName(name.group(1))) : Optional.empty();
  }

  /** The name in a name or ARN; empty if the ARN is of another account or region. */
  Optional<String> name(String identifier) {
    if (!identifier.startsWith("arn:")) {
      return Optional.of(identifier);
    }
    if (!identifier.startsWith(arnPrefix)) {
      return Optional.empty();
    }
    String name = identifier.substring(arnPrefix.length());
    return Optional.of(name.endsWith(":*") ? name.substring(0, name.length() - 2) : name);
  }

  /** The function of a group that exists. */
  FunctionName existing(String group) {
    try {
      FunctionName function = function(group).orElseThrow(Errors::noGroup);
      if (logs.group(function).isEmpty()) {
        throw Errors.noGroup();
      }
      return function;
    } catch (IOException e) {
      throw Errors.disk(e);
    }
  }

  /** The function of a group that exists, of which a request gives either the name or the ARN. */
  FunctionName existing(Optional<String> name, Optional<String> identifier) {
    if (name.isPresent() == identifier.isPresent()) {
      throw Errors.invalidParameter(
          name.isPresent()
              ? "LogGroup name and LogGroup ARN are mutually exclusive parameters."
              : "Either logGroupName or logGroupIdentifier is required.");
    }
    return existing(name.or(() -> identifier.flatMap(this::name)).orElseThrow(Errors::noGroup));
  }
}
