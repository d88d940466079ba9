package io.inlaid.spring;

import io.inlaid.InlaidException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in one sentence why an application with inlaid did not start. */
class InlaidFailureAnalyzer extends AbstractFailureAnalyzer<InlaidException> {
    @Override
    protected FailureAnalysis analyze(Throwable root, InlaidException cause) {
        return new FailureAnalysis("inlaid could not be set up (" + cause.code() + "): " + cause.getMessage(),
                "Look at the properties below `inlaid`, such as inlaid.models.NAME.path.", cause);
    }
}
