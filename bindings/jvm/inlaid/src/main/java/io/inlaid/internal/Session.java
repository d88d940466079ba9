package io.inlaid.internal;

import java.util.function.BiConsumer;

/** An operation between its questions; what it asks is answered on the thread that called it. */
final class Session {
    private Session() {}

    /**
     * Answers the questions of an operation until it gives its value.
     *
     * @param started the reply that holds the session
     * @param answer puts the answer to a question into the next step
     * @param context the address of the context, or 0
     * @return the reply with the value
     */
    static Reply drive(Reply started, BiConsumer<Value, Request> answer, long context) {
        long session = started.takeModel();
        try {
            Request step = new Request("border.step");
            while (true) {
                Reply reply = step.step(session, context);
                Value value = reply.value();
                if (value.has("done")) {
                    return reply.ofSession();
                }
                step = new Request("border.step").during(context);
                answer.accept(value.field("ask", asked -> asked), step);
            }
        } finally {
            Native.freeModel(session);
        }
    }
}
