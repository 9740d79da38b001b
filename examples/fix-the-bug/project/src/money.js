/** Money is a whole number of cents, so that sums are exact. */

/** `1250` becomes `12.50 EUR`. */
export const format = (cents) => `${(cents / 100).toFixed(2)} EUR`

/** Takes some percent off, rounded to whole cents. */
export const reduce = (cents, percent) => cents - Math.round((cents * percent) / 100)
