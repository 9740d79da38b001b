/**
 * Lifts the data of an older event version to the next one, by `Type@fromVersion`.
 *
 * Each is pure and stays for ever, with a stored row of its version in
 * `test/fixtures/events/`. No event has had a second version yet.
 */
export const upcasts: Readonly<Record<string, (data: unknown) => unknown>> = {}
