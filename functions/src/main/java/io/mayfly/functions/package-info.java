/**
 * The control plane: which functions there are, their code, their URLs, and how they get from
 * created to active. In memory for those who call, on the disk before a change is answered.
 */
@NullMarked
package io.mayfly.functions;

import org.jspecify.annotations.NullMarked;
