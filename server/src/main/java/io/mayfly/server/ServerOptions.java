package io.mayfly.server;

import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.sandbox.Isolation;
import io.mayfly.store.CredentialFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How a platform is set: options win over {@code MAYFLY_*} variables, and both over the defaults.
 * What is not known stops the start, so that no setting is given and ignored.
 *
 * <p>Read by hand, because an option parser's classes would take a third of the time to the first
 * request; see {@code docs/design/003-start-up.md}.
 *
 * @param mqttPort where MQTT is listened to, if it is to be
 * @param owner the owner's keys, where they are given
 * @param runtimeAliases from a runtime's name to the one that serves it
 */
record ServerOptions(
    Path data,
    String host,
    int port,
    Optional<Integer> mqttPort,
    Account account,
    Optional<CredentialFile> owner,
    Isolation isolation,
    Map<String, String> runtimeAliases,
    int concurrency,
    Optional<Duration> keepAlive,
    int spares,
    DataSize logLimit) {
  private static final String PREFIX = "MAYFLY_";

  /** Set by the command for itself. */
  private static final String ANNOUNCE = "MAYFLY_ANNOUNCE";

  private static final int SPARES = 32;
  private static final int DAY_SECONDS = 86_400;
  private static final int LOG_LIMIT_MEGABYTES = 102_400;

  /**
   * Reads settings.
   *
   * @throws MayflyException naming what is wrong and what is possible
   */
  static ServerOptions of(List<String> arguments, Map<String, String> environment) {
    Map<Setting, String> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      values.put(setting, environment.getOrDefault(setting.variable(), setting.fallback()));
    }
    refuseUnknownVariables(environment);
    Map<Setting, String> given = options(arguments);
    values.putAll(given);
    return parsed(values);
  }

  private static Map<Setting, String> options(List<String> arguments) {
    Map<Setting, String> given = new EnumMap<>(Setting.class);
    for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
      String argument = rest.next();
      int equals = argument.indexOf('=');
      String option = equals < 0 ? argument : argument.substring(0, equals);
      Setting setting =
          Setting.ofOption(option)
              .orElseThrow(
                  () -> wrong("there is no option '%s'; see mayfly up --help".formatted(option)));
      require(
          equals >= 0 || rest.hasNext(),
          "%s needs a value: %s".formatted(option, setting.parameter()));
      String value = equals >= 0 ? argument.substring(equals + 1) : rest.next();
      if (setting == Setting.RUNTIME_ALIAS) {
        given.merge(setting, value, (before, next) -> before + "," + next);
      } else {
        given.put(setting, value);
      }
    }
    return given;
  }

  private static void refuseUnknownVariables(Map<String, String> environment) {
    TreeSet<String> unknown = new TreeSet<>(environment.keySet());
    unknown.removeIf(name -> !name.startsWith(PREFIX) || name.equals(ANNOUNCE));
    TreeSet<String> known = new TreeSet<>();
    for (Setting setting : Setting.values()) {
      known.add(setting.variable());
    }
    unknown.removeAll(known);
    require(
        unknown.isEmpty(),
        "unknown settings in the environment: %s; known are %s".formatted(unknown, known));
  }

  private static ServerOptions parsed(Map<Setting, String> values) {
    return new ServerOptions(
        Path.of(value(values, Setting.DATA)),
        value(values, Setting.HOST),
        number(values, Setting.PORT, 0, 65_535),
        mqttPort(values),
        account(values),
        owner(values),
        isolation(values),
        aliases(values),
        number(values, Setting.CONCURRENCY, 1, 1_000_000),
        keepAlive(values),
        number(values, Setting.SPARES, 0, SPARES),
        DataSize.ofMegabytes(number(values, Setting.LOG_LIMIT, 1, LOG_LIMIT_MEGABYTES)));
  }

  private static Optional<Integer> mqttPort(Map<Setting, String> values) {
    return value(values, Setting.MQTT_PORT).equals(Setting.MQTT_PORT.fallback())
        ? Optional.empty()
        : Optional.of(number(values, Setting.MQTT_PORT, 0, 65_535));
  }

  private static Optional<Duration> keepAlive(Map<Setting, String> values) {
    return value(values, Setting.KEEP_ALIVE).equals(Setting.KEEP_ALIVE.fallback())
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds(number(values, Setting.KEEP_ALIVE, 0, DAY_SECONDS)));
  }

  private static String value(Map<Setting, String> values, Setting setting) {
    return values.getOrDefault(setting, setting.fallback());
  }

  private static int number(Map<Setting, String> values, Setting setting, int least, int most) {
    String text = value(values, setting);
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with the numbers that are too small or large.
    }
    String words = setting.parameter().contains("|") ? setting.fallback() + " or " : "";
    throw wrong(
        "%s takes %s%d to %d, not '%s'".formatted(setting.option(), words, least, most, text));
  }

  private static Account account(Map<Setting, String> values) {
    try {
      return new Account(value(values, Setting.ACCOUNT), value(values, Setting.REGION));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<CredentialFile> owner(Map<Setting, String> values) {
    String id = value(values, Setting.ACCESS_KEY);
    String secret = value(values, Setting.SECRET_KEY);
    require(id.isEmpty() == secret.isEmpty(), "--access-key and --secret-key go together");
    return id.isEmpty() ? Optional.empty() : Optional.of(new CredentialFile(id, secret));
  }

  private static Isolation isolation(Map<Setting, String> values) {
    String text = value(values, Setting.ISOLATION);
    for (Isolation isolation : Isolation.values()) {
      if (isolation.name().toLowerCase(Locale.ROOT).equals(text)) {
        return isolation;
      }
    }
    throw wrong("--isolation takes jail or none, not '%s'".formatted(text));
  }

  private static Map<String, String> aliases(Map<Setting, String> values) {
    Map<String, String> aliases = new HashMap<>();
    for (String pair : value(values, Setting.RUNTIME_ALIAS).split(",", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      require(
          equals > 0 && equals < pair.length() - 1,
          "--runtime-alias takes NAME=RUNTIME, not '%s'".formatted(pair));
      aliases.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return Map.copyOf(aliases);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw wrong(message);
    }
  }

  private static MayflyException wrong(String message) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, message);
  }
}
