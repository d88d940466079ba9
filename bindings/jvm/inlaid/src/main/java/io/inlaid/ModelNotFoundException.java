package io.inlaid;

import java.io.Serial;

/** A file or model that the caller named does not exist. Its code is {@code not_found}. */
public class ModelNotFoundException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public ModelNotFoundException(String message) {
        super("not_found", message);
    }
}
