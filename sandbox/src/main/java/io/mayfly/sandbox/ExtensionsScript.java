package io.mayfly.sandbox;

import java.util.List;
import java.util.Map;

/**
 * What the shell in the jail of a function with external extensions reads: it starts them, and then
 * the runtime once they have registered, and stays to tell of their ends ({@link ReportPipe}).
 */
final class ExtensionsScript {
  /** Where the shell tells of ends, as others say that they wait; its programs do not have it. */
  static final int REPORT_FD = JailCommand.WAITING_FD;

  /** Where the extensions write, apart from the runtime. */
  static final int OUTPUT_FD = 8;

  /**
   * What extensions do not have of a function's variables ("Using the Lambda Extensions API to
   * create extensions"), and how to get at its runtime's socket.
   */
  private static final String HIDDEN =
      "AWS_EXECUTION_ENV AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME"
          + " AWS_XRAY_CONTEXT_MISSING AWS_XRAY_DAEMON_ADDRESS LAMBDA_RUNTIME_DIR LAMBDA_TASK_ROOT"
          + " _AWS_XRAY_DAEMON_ADDRESS _AWS_XRAY_DAEMON_PORT _HANDLER MAYFLY_SOCKET";

  private ExtensionsScript() {}

  /**
   * The part that starts the extensions. The shell reads all of it before it does any of it: the
   * first that it starts could keep it from reading the rest.
   */
  static String extensions(List<String> programs, Map<String, String> environment) {
    StringBuilder script = new StringBuilder("{\n").append(StartScript.variables(environment));
    for (int i = 0; i < programs.size(); i++) {
      String program = StartScript.quoted("/opt/extensions/" + programs.get(i));
      script
          .append("( unset ")
          .append(HIDDEN)
          .append("; cd /; ")
          .append(program)
          .append(
              " </dev/null >&%1$d 2>&1 %1$d>&- %2$d>&-; echo \"e %3$d $?\" >&%2$d ) 2>&%1$d &\n"
                  .formatted(OUTPUT_FD, REPORT_FD, i));
    }
    return script.append("}\n").toString();
  }

  /** The part that starts the runtime and waits for its end. */
  static String runtime(List<String> command, Map<String, String> environment) {
    return "{\n( exec %1$d>&- %3$d>&-; %2$s ) &\nruntime=$!\necho \"p $runtime\" >&%1$d\nwait \"$runtime\"\necho \"r $?\" >&%1$d\n}\n"
        .formatted(REPORT_FD, StartScript.execution(command, environment).strip(), OUTPUT_FD);
  }
}
