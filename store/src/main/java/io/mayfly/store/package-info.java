@NullMarked
package io.mayfly.store;

import org.jspecify.annotations.NullMarked;
