/** Fails before it can be called. */
public class Broken {
  private static final int NUMBER = Integer.parseInt("no number");

  public Object handle(Object event) {
    return NUMBER;
  }
}
