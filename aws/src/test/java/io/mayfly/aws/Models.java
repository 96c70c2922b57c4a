package io.mayfly.aws;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models of every protocol, and requests that botocore made from them. */
final class Models {
  static final Map<String, ServiceModel> BY_NAME =
      Map.of(
          "lambda", ServiceModel.bundled("lambda-2015-03-31.json"),
          "sqs", ServiceModel.parse(resource("/models/sqs-2012-11-05.json")),
          "dynamodb", ServiceModel.parse(resource("/models/dynamodb-2012-08-10.json")),
          "sts", ServiceModel.bundled("sts-2011-06-15.json"),
          "iam", ServiceModel.bundled("iam-2010-05-08.json"),
          "sns", ServiceModel.parse(resource("/models/sns-2010-03-31.json")),
          "s3", ServiceModel.parse(resource("/models/s3-2006-03-01.json")));

  private Models() {}

  /**
   * A request as botocore serialises it.
   *
   * @param parameters what botocore was given; blobs in base64, timestamps as seconds
   */
  record Recorded(
      String service, String operation, Map<String, Object> parameters, WireRequest request) {
    ServiceModel model() {
      return Models.model(service);
    }

    @Override
    public String toString() {
      return service + ":" + operation;
    }
  }

  static ServiceModel model(String service) {
    ServiceModel model = BY_NAME.get(service);
    if (model == null) {
      throw new IllegalStateException("no model of " + service);
    }
    return model;
  }

  static byte[] resource(String name) {
    try (InputStream stream = Models.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("no test resource " + name);
      }
      return stream.readAllBytes();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static List<Recorded> recorded() {
    Object all = new ModelJson(resource("/requests/botocore.json"), 0).value();
    return Values.list(all).stream().map(Models::recorded).toList();
  }

  private static Recorded recorded(Object tree) {
    Map<String, Object> fields = new LinkedHashMap<>(Values.structure(tree));
    Headers headers = new Headers();
    Values.structure(fields.getOrDefault("headers", Map.of()))
        .forEach((name, value) -> headers.add(name, value.toString()));
    return new Recorded(
        text(fields, "service"),
        text(fields, "operation"),
        Values.structure(fields.getOrDefault("params", Map.of())),
        new WireRequest(
            text(fields, "method"),
            text(fields, "path"),
            text(fields, "query"),
            headers,
            Base64.getDecoder().decode(text(fields, "body"))));
  }

  private static String text(Map<String, Object> fields, String name) {
    return String.valueOf(fields.get(name));
  }
}
