package io.mayfly.model;

import java.util.regex.Pattern;

/**
 * Whose call it is of a function that keeps its tenants apart: a name that the caller gives
 * ("Tenant isolation" in Lambda's developer guide).
 *
 * @param value 1 to 256 characters of {@link #PATTERN}
 */
public record TenantId(String value) {
  /** As the service model has it. */
  public static final String PATTERN = "[a-zA-Z0-9\\._:\\/=+\\-@ ]+";

  public static final int MAX_LENGTH = 256;

  private static final Pattern VALID = Pattern.compile(PATTERN);

  public TenantId {
    if (value.length() > MAX_LENGTH || !VALID.matcher(value).matches()) {
      throw new IllegalArgumentException("not a tenant id");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
