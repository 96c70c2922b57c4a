package cases;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.List;

/** Leaves one type open. */
public abstract class Base<T> implements RequestHandler<T, List<Integer>> {}
