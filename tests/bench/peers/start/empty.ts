/** What a runtime itself takes to start. @module */
export {};
