package io.inlaid;

import java.io.Serial;

/**
 * Base of every failure of inlaid: a stable code for programs and a sentence for people.
 *
 * <p>There is one subclass per code; the codes are the same strings in every language.
 */
public abstract class InlaidException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The reason as a word. */
    private final String code;

    InlaidException(String code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * The reason as a word that never changes its meaning, such as {@code invalid_config}.
     *
     * @return the code
     */
    public final String code() {
        return code;
    }

    /** The exception of a code; the native library calls this. */
    static InlaidException of(String code, String message) {
        return switch (code) {
            case "invalid_config" -> new InvalidConfigException(message);
            case "invalid_data" -> new InvalidDataException(message);
            case "not_enough_data" -> new NotEnoughDataException(message);
            case "did_not_converge" -> new ConvergenceException(message);
            case "not_found" -> new ModelNotFoundException(message);
            case "io" -> new IoException(message);
            case "incompatible" -> new IncompatibleException(message);
            case "unsupported" -> new UnsupportedException(message);
            case "too_large" -> new TooLargeException(message);
            case "cancelled" -> new CancelledException(message);
            case "internal" -> new InternalException(message);
            default -> new InternalException("unknown code " + code + ": " + message);
        };
    }
}
