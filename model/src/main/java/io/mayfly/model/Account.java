package io.mayfly.model;

import java.util.regex.Pattern;

/**
 * An account, with the region that the platform serves.
 *
 * @param id twelve digits
 * @param region for example {@code us-east-1}
 */
public record Account(String id, String region) {
  private static final Pattern ID = Pattern.compile("[0-9]{12}");
  private static final Pattern REGION = Pattern.compile("[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}");

  public Account {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "account '" + id + "' is not twelve digits; give one such as 000000000000");
    }
    if (!REGION.matcher(region).matches()) {
      throw new IllegalArgumentException(
          "region '" + region + "' is not a region's name; give one such as us-east-1");
    }
  }
}
