/** Does the full run ask? Otherwise tests that start the command often try a share of their cases. */
export const isFull = process.env["REIN_TEST_FULL"] === "1"
