/** AWS's own runtime clients, and any other program, as custom runtimes of a real platform. */
@NullMarked
package io.mayfly.testing.clients;

import org.jspecify.annotations.NullMarked;
