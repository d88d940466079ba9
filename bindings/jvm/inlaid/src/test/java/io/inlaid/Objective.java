package io.inlaid;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A function of golden cases: worth what its form says, at one row or at each of several; or throws when it should. */
final class Objective {
    /** What an objective throws. */
    static final class Thrown extends RuntimeException {
        @java.io.Serial
        private static final long serialVersionUID = 1L;
    }

    private final Map<String, Object> form;
    private long calls;

    Objective(Object form) {
        this.form = Catalogue.object(form);
    }

    /** Whether it throws at some call. */
    boolean fails() {
        return form.containsKey("fails_at");
    }

    /** As an interface of the generated classes. */
    Object as(Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, question) -> {
            calls++;
            if (fails() && calls == (Long) form.get("fails_at")) {
                throw new Thrown();
            }
            if (question[0] instanceof double[] row) {
                double[] values = values(row);
                return method.getReturnType() == double.class ? (Object) values[0] : values;
            }
            double[][] rows = Arrays.stream(((Matrix) question[0]).toArray()).map(this::values).toArray(double[][]::new);
            return method.getReturnType() == Matrix.class
                    ? Matrix.of(rows)
                    : Arrays.stream(rows).mapToDouble(row -> row[0]).toArray();
        });
    }

    private double[] values(double[] row) {
        List<Object> columns = form.containsKey("columns") ? Catalogue.list(form.get("columns")) : List.of(form);
        return columns.stream().mapToDouble(column -> value(Catalogue.object(column), row)).toArray();
    }

    /** The sum of {@code scale * (x - center)^2} over the parameters. */
    private static double value(Map<String, Object> form, double[] row) {
        Map<String, Object> quadratic = Catalogue.object(form.get("quadratic"));
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            double away = row[i] - Golden.number(Catalogue.list(quadratic.get("center")).get(i));
            sum += Golden.number(Catalogue.list(quadratic.get("scale")).get(i)) * away * away;
        }
        return sum;
    }
}
