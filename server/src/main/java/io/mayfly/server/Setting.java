package io.mayfly.server;

import io.mayfly.model.Limits;
import java.util.Locale;
import java.util.Optional;

/**
 * What can be set of a platform: an option of {@code mayfly up}, and a variable named after it in
 * the environment ({@code --log-limit}, {@code MAYFLY_LOG_LIMIT}).
 */
enum Setting {
  DATA("FOLDER", ".mayfly", "The data directory (default: .mayfly beside this command)."),
  HOST("ADDRESS", "127.0.0.1", "The address to listen on (default: 127.0.0.1)."),
  PORT("PORT", "9000", "The port to listen on; 0 takes any free one (default: 9000)."),
  MQTT_PORT(
      "off|PORT",
      "off",
      "The port on which devices publish over MQTT; 0 takes any free one, 1883 is the usual"
          + " (default: off)."),
  REGION("NAME", "us-east-1", "The region of every ARN (default: us-east-1)."),
  ACCOUNT("ID", "000000000000", "The account of every ARN (default: 000000000000)."),
  ACCESS_KEY("ID", "", "The owner's access key id (default: made at the first start)."),
  SECRET_KEY("KEY", "", "The owner's secret key; better given as MAYFLY_SECRET_KEY."),
  ISOLATION(
      "jail|none",
      "jail",
      "jail: every instance in a jail of its own (default). none: plain processes, for code you"
          + " trust on machines that cannot jail."),
  RUNTIME_ALIAS(
      "NAME=RUNTIME",
      "",
      "Serve one runtime by another, as in nodejs22.x=nodejs20.x; may be repeated."),
  CONCURRENCY(
      "COUNT",
      Integer.toString(Limits.ACCOUNT_CONCURRENCY),
      "The most calls at the same time (default: " + Limits.ACCOUNT_CONCURRENCY + ")."),
  KEEP_ALIVE(
      "auto|SECONDS",
      "auto",
      "auto: idle instances stay warm, and others are started ahead, as a function's calls so far"
          + " suggest; for ten minutes while little is known (default). SECONDS: all stay that long."),
  SPARES(
      "COUNT",
      "2",
      "How many prewarmed instances wait for each runtime in use, at least; 0 for none (default: 2)."),
  LOG_LIMIT("MEGABYTES", "32", "The most that one function's log may take (default: 32).");

  private final String parameter;
  private final String fallback;
  private final String help;

  Setting(String parameter, String fallback, String help) {
    this.parameter = parameter;
    this.fallback = fallback;
    this.help = help;
  }

  /** The option, for example {@code --log-limit}. */
  String option() {
    return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The variable, for example {@code MAYFLY_LOG_LIMIT}. */
  String variable() {
    return "MAYFLY_" + name();
  }

  /** What stands for the value in the help text. */
  String parameter() {
    return parameter;
  }

  /** The value when nobody gives one. */
  String fallback() {
    return fallback;
  }

  String help() {
    return help;
  }

  static Optional<Setting> ofOption(String option) {
    for (Setting setting : values()) {
      if (setting.option().equals(option)) {
        return Optional.of(setting);
      }
    }
    return Optional.empty();
  }
}
