/** Echo: answers with the event it was called with. */
public class Echo {
  public Object handle(Object event) {
    return event;
  }
}
