/** Measures the start of a runtime itself. @module */
export {};
