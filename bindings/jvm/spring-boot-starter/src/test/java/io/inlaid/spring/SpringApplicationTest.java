package io.inlaid.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

import io.inlaid.Inlaid;
import io.inlaid.forecast.AutoEts;
import io.inlaid.forecast.FittedSeasonalNaive;
import io.inlaid.forecast.SeasonalNaive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A real application that is wired by Spring Boot and forecasts. */
@SpringBootTest(properties = "inlaid.threads=2")
class SpringApplicationTest {
    private static final double[] SALES = {4, 6.5, 9, 7, 5.2, 7, 10.4, 8, 6, 8.3, 11, 9};

    @TempDir
    static Path folder;

    @Autowired
    private Inlaid inlaid;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry registry) {
        Path file = folder.resolve("sales.inlaid");
        try (FittedSeasonalNaive model = SeasonalNaive.builder().season(4).build().fit(SALES)) {
            model.save(file);
        }
        registry.add("inlaid.models.sales.path", file::toString);
    }

    @Test
    void anApplicationForecastsWithALoadedModel() {
        FittedSeasonalNaive model = inlaid.model("sales", FittedSeasonalNaive.class);
        assertThat(model.predict(4, inlaid.context()).mean().row(0)).containsExactly(6, 8.3, 11, 9);
    }

    @Test
    void anApplicationFitsWithTheThreadsOfItsProperties() {
        assertThat(inlaid.context().threads()).isEqualTo(2);
        try (var fitted = AutoEts.builder().season(4).build().fit(SALES, inlaid.context())) {
            var forecast = fitted.predict(4, List.of(0.95), inlaid.context());
            assertThat(forecast.mean().columns()).isEqualTo(4);
            assertThat(forecast.intervals().get(0).lower().get(0, 0)).isLessThan(forecast.mean().get(0, 0));
        }
    }

    @SpringBootApplication
    static class Application {}
}
