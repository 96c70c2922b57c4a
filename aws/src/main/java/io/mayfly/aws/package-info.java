@NullMarked
package io.mayfly.aws;

import org.jspecify.annotations.NullMarked;
