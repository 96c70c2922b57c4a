package io.mayfly.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whom the owner of a resource lets do what with it ("Working with resource-based IAM policies in
 * Lambda" in the developer guide).
 *
 * @param statements in the order in which they came
 * @param revisionId changes with every statement that comes or goes
 */
public record ResourcePolicy(List<Statement> statements, String revisionId) {
  /** Everybody, as a principal. */
  public static final String EVERYBODY = "*";

  /**
   * Lets somebody do something.
   *
   * @param id unique in its policy
   * @param principal {@link #EVERYBODY}, an IAM ARN, or the host name of a service
   * @param action for example {@code lambda:InvokeFunction}
   * @param resource the ARN of what it is about
   * @param conditions which all must hold
   */
  public record Statement(
      String id, String principal, String action, String resource, List<Condition> conditions) {
    public Statement {
      conditions = List.copyOf(conditions);
    }
  }

  /**
   * What a request must be like, in IAM's words.
   *
   * @param operator for example {@code ArnLike}
   * @param key for example {@code AWS:SourceArn}
   */
  public record Condition(String operator, String key, String value) {}

  public ResourcePolicy {
    statements = List.copyOf(statements);
  }

  /** The statement of an id. */
  public Optional<Statement> find(String id) {
    return statements.stream().filter(statement -> statement.id().equals(id)).findFirst();
  }

  /** The same policy with a statement more. */
  public ResourcePolicy with(Statement statement, String nextRevisionId) {
    List<Statement> more = new ArrayList<>(statements);
    more.add(statement);
    return new ResourcePolicy(more, nextRevisionId);
  }

  /** The same policy without a statement. */
  public ResourcePolicy without(String id, String nextRevisionId) {
    return new ResourcePolicy(
        statements.stream().filter(statement -> !statement.id().equals(id)).toList(),
        nextRevisionId);
  }
}
