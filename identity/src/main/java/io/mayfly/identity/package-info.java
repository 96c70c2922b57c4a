/**
 * Who may do what: roles, policies, sessions with temporary keys, and the IAM and STS APIs over
 * them. In memory for those who ask, on the disk before a change is answered.
 */
@NullMarked
package io.mayfly.identity;

import org.jspecify.annotations.NullMarked;
