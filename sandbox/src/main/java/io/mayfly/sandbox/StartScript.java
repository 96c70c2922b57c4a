package io.mayfly.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shell script that becomes the runtime: exports the handler's environment and executes the
 * runtime's program. A shell inside the jail reads it from its standard input, so that it can come
 * long after the jail was built.
 *
 * <p>It exists because the environment comes from users and must not reach any program before the
 * jail's user is an ordinary one: {@code LD_PRELOAD} would have its library loaded into the program
 * that gives up root. It also keeps values out of every command line.
 */
final class StartScript {
  // Names that shells give a meaning or a type to, which exporting them might trip over.
  private static final Set<String> SHELLS_OWN =
      Set.of("OPTIND", "PPID", "UID", "EUID", "SHELLOPTS", "BASHOPTS", "LINENO", "RANDOM", "_");

  private StartScript() {}

  /** The script's text. Names must be shell identifiers; values may hold anything but NUL. */
  static String of(List<String> command, Map<String, String> environment) {
    return variables(environment) + execution(command, environment);
  }

  /** The part that exports the environment. */
  static String variables(Map<String, String> environment) {
    StringBuilder script = new StringBuilder("unset PWD OLDPWD\n");
    environment.forEach(
        (name, value) -> {
          if (!SHELLS_OWN.contains(name)) {
            script.append("export ").append(name).append('=').append(quoted(value)).append('\n');
          }
        });
    return script.toString();
  }

  /** The part that becomes the program, with {@link #variables} exported. */
  static String execution(List<String> command, Map<String, String> environment) {
    StringBuilder script = new StringBuilder("exec");
    StringBuilder prefix = new StringBuilder();
    environment.forEach(
        (name, value) -> {
          if (SHELLS_OWN.contains(name)) {
            prefix.append(' ').append(name).append('=').append(quoted(value));
          }
        });
    if (!prefix.isEmpty()) {
      script.append(" /usr/bin/env").append(prefix);
    }
    command.forEach(argument -> script.append(' ').append(quoted(argument)));
    // The shell reads this script from its standard input, which is not the program's.
    return script.append(" </dev/null\n").toString();
  }

  /** In single quotes everything stands for itself but the single quote. */
  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
