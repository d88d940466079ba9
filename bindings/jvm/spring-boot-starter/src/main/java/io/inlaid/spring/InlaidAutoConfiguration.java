package io.inlaid.spring;

import io.inlaid.Inlaid;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Offers one {@link Inlaid} with the threads and models of the application's properties, unless there is one already. */
@AutoConfiguration
@EnableConfigurationProperties(InlaidProperties.class)
public class InlaidAutoConfiguration {
    /** Made by Spring. */
    public InlaidAutoConfiguration() {}

    /**
     * The set-up; its models are loaded when it is made and closed when the application ends.
     *
     * @param properties the application's properties
     * @return the set-up
     */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    public Inlaid inlaid(InlaidProperties properties) {
        return Inlaid.builder().threads(properties.threads()).seed(properties.seed()).models(properties.paths()).build();
    }
}
