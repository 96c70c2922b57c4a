package io.mayfly.identity;

import java.util.random.RandomGenerator;

/** Ids in AWS's form. */
final class Names {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  private Names() {}

  /** So many random letters and digits after a prefix that says what the id is of. */
  static String id(String prefix, int length, RandomGenerator random) {
    StringBuilder id = new StringBuilder(prefix);
    for (int i = 0; i < length; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }
}
