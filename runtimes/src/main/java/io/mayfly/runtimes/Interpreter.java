package io.mayfly.runtimes;

import java.nio.file.Path;

/**
 * A language's program on this machine.
 *
 * @param runtime the runtime it can serve, for example {@code python3.12}
 * @param version its exact version, for example {@code 3.12.1}
 * @param program the program itself, no link
 */
record Interpreter(String runtime, String version, Path program) {}
