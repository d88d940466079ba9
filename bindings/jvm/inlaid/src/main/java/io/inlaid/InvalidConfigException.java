package io.inlaid;

import java.io.Serial;

/** An option is unknown, of the wrong type or out of range. Its code is {@code invalid_config}. */
public class InvalidConfigException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public InvalidConfigException(String message) {
        super("invalid_config", message);
    }
}
