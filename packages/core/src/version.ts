/** The version of Rein that writes into the log. */
export const version = "0.1.0"
