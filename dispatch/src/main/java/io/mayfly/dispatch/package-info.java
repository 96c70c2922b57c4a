@NullMarked
package io.mayfly.dispatch;

import org.jspecify.annotations.NullMarked;
