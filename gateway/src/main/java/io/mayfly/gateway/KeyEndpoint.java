package io.mayfly.gateway;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.WireRequest;
import io.mayfly.model.KeyPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform's key pairs, for its owner alone.
 *
 * <ul>
 *   <li>{@code GET /_mayfly/keys}: all, as a JSON array
 *   <li>{@code POST /_mayfly/keys?account=ID&description=TEXT}: a new one, with its secret
 *   <li>{@code POST /_mayfly/keys/KEY_ID?active=true|false}
 *   <li>{@code DELETE /_mayfly/keys/KEY_ID}
 * </ul>
 */
final class KeyEndpoint {
  static final String PATH = "/_mayfly/keys";

  private final KeyTable keys;
  private final JsonMapper json = JsonMapper.shared();

  KeyEndpoint(KeyTable keys) {
    this.keys = keys;
  }

  /**
   * Answers.
   *
   * @throws AwsException if the caller is not the owner, or what is asked cannot be done
   */
  HttpResponse handle(WireRequest request, Caller caller) {
    if (!keys.isOwner(caller.principal())) {
      throw new AwsException(
          "AccessDeniedException", 403, "only the platform's owner sees and changes its keys");
    }
    Optional<String> id =
        request.path().equals(PATH)
            ? Optional.empty()
            : Optional.of(request.path().substring(PATH.length() + 1));
    return switch (request.method()) {
      case "GET" -> {
        List<Map<String, Object>> rows = keys.list().stream().map(KeyEndpoint::row).toList();
        yield answer(rows);
      }
      case "POST" ->
          id.isEmpty()
              ? create(request)
              : answer(
                  () ->
                      keys.setActive(
                          id.get(), active(request.queryParameter("active").orElse(""))));
      case "DELETE" ->
          answer(
              () ->
                  keys.delete(
                      id.orElseThrow(
                          () -> new AwsException("InvalidInput", 400, "say which key"))));
      default ->
          throw new AwsException("MethodNotAllowed", 405, "GET, POST and DELETE are possible");
    };
  }

  private HttpResponse create(WireRequest request) {
    KeyTable.Made made =
        keys.create(
            request.queryParameter("account").orElse(""),
            request.queryParameter("description").orElse(""));
    Map<String, Object> row = row(made.pair());
    row.put("secretAccessKey", made.secretAccessKey());
    return answer(row);
  }

  private static boolean active(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new AwsException("InvalidInput", 400, "active is true or false");
    };
  }

  private static Map<String, Object> row(KeyPair pair) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("accessKeyId", pair.accessKeyId());
    row.put("account", pair.account());
    row.put("active", pair.active());
    row.put("description", pair.description());
    row.put("created", pair.created().toString());
    return row;
  }

  private HttpResponse answer(Runnable change) {
    change.run();
    return answer(Map.of());
  }

  private HttpResponse answer(Object value) {
    return HttpResponse.json(200, json.writeValueAsString(value));
  }
}
