package io.mayfly.server;

/** The kinds of clients that AWS APIs are called by, told by their {@code User-Agent}. */
enum ApiClient {
  CLI("aws-cli/", "aws-cli"),
  BOTO3("Boto3/", "boto3"),
  JAVA("aws-sdk-java/", "java"),
  JAVASCRIPT("aws-sdk-js/", "javascript"),
  OTHER("", "other");

  private final String product;
  private final String label;

  ApiClient(String product, String label) {
    this.product = product;
    this.label = label;
  }

  /** The kind that a header names first; botocore's own name stands in those of two kinds. */
  static ApiClient of(String userAgent) {
    for (ApiClient kind : values()) {
      if (userAgent.startsWith(kind.product)) {
        return kind;
      }
    }
    return OTHER;
  }

  String label() {
    return label;
  }
}
