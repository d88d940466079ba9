package io.inlaid.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

import io.inlaid.Inlaid;
import io.inlaid.IncompatibleException;
import io.inlaid.InvalidConfigException;
import io.inlaid.ModelNotFoundException;
import io.inlaid.forecast.FittedAutoEts;
import io.inlaid.forecast.FittedNaive;
import io.inlaid.forecast.Naive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Properties, beans that were there before, and set-ups that cannot work. */
class InlaidAutoConfigurationTest {
    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(InlaidAutoConfiguration.class));

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void save() {
        model = folder.resolve("naive.inlaid");
        try (FittedNaive fitted = Naive.defaults().fit(new double[] {1, 2, 3})) {
            fitted.save(model);
        }
    }

    @Test
    void withoutPropertiesThereIsAnInlaidWithDefaults() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(Inlaid.class);
            assertThat(context.getBean(Inlaid.class).threads()).isZero();
            assertThat(context.getBean(Inlaid.class).modelNames()).isEmpty();
        });
    }

    @Test
    void propertiesAreTakenUp() {
        runner.withPropertyValues("inlaid.threads=3", "inlaid.seed=42", "inlaid.models.one.path=" + model,
                "inlaid.models.two.path=" + model).run(context -> {
                    Inlaid inlaid = context.getBean(Inlaid.class);
                    assertThat(inlaid.context().threads()).isEqualTo(3);
                    assertThat(inlaid.context().seed()).isEqualTo(42);
                    assertThat(inlaid.modelNames()).containsExactlyInAnyOrder("one", "two");
                    assertThat(inlaid.model("one", FittedNaive.class).predict(1).mean().get(0, 0)).isEqualTo(3);
                    assertThatExceptionOfType(InvalidConfigException.class)
                            .isThrownBy(() -> inlaid.model("one", FittedAutoEts.class)).withMessageContaining("FittedNaive");
                    assertThatExceptionOfType(ModelNotFoundException.class)
                            .isThrownBy(() -> inlaid.model("three", FittedNaive.class)).withMessageContaining("one");
                });
    }

    @Test
    void anInlaidOfTheApplicationGoesFirst() {
        runner.withUserConfiguration(Own.class).withPropertyValues("inlaid.threads=3").run(context -> {
            assertThat(context).hasSingleBean(Inlaid.class);
            assertThat(context.getBean(Inlaid.class).threads()).isEqualTo(7);
        });
    }

    @Test
    void modelsAreClosedWithTheApplication() {
        AtomicReference<FittedNaive> loaded = new AtomicReference<>();
        runner.withPropertyValues("inlaid.models.one.path=" + model).run(context -> {
            loaded.set(context.getBean(Inlaid.class).model("one", FittedNaive.class));
            assertThat(loaded.get().isClosed()).isFalse();
        });
        assertThat(loaded.get().isClosed()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> loaded.get().predict(1));
    }

    @Test
    void aMissingModelNamesItselfAndItsFile() {
        runner.withPropertyValues("inlaid.models.sales.path=" + folder.resolve("nowhere.inlaid"))
                .run(context -> assertThat(context).getFailure().rootCause()
                        .isInstanceOf(ModelNotFoundException.class).hasMessageContaining("nowhere.inlaid"));
        runner.withPropertyValues("inlaid.models.sales.path=" + folder.resolve("nowhere.inlaid")).run(context -> {
            FailureAnalysis analysis = new InlaidFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains("not_found", "\"sales\"", "nowhere.inlaid");
            assertThat(analysis.getAction()).contains("inlaid.models");
        });
    }

    @Test
    void aFileThatIsNoModelIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("text.inlaid"), "no model");
        runner.withPropertyValues("inlaid.models.sales.path=" + file).run(context -> assertThat(context).getFailure()
                .rootCause().isInstanceOf(IncompatibleException.class).hasMessageContaining("text.inlaid"));
    }

    @Test
    void threadsOutOfRangeAreRefused() {
        runner.withPropertyValues("inlaid.threads=-1").run(context -> assertThat(context).getFailure().rootCause()
                .isInstanceOf(InvalidConfigException.class).hasMessageContaining("threads"));
    }

    @Test
    void editorsCompleteTheProperties() throws Exception {
        try (InputStream in = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            String metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(metadata).contains("\"inlaid.threads\"", "\"inlaid.seed\"", "\"inlaid.models\"",
                    "saved models by name");
        }
    }

    @Test
    void itRunsOnTheSpringBootThatWasAskedFor() {
        String asked = System.getProperty("inlaid.test.spring-boot");
        assertThat(asked).isNotBlank();
        assertThat(SpringBootVersion.getVersion()).isEqualTo(asked);
    }

    @Configuration(proxyBeanMethods = false)
    static class Own {
        @Bean
        Inlaid own() {
            return Inlaid.builder().threads(7).build();
        }
    }
}
