"""The model: corpus, fitting, bundle, evaluation."""
