@NullMarked
package io.mayfly.identity;

import org.jspecify.annotations.NullMarked;
