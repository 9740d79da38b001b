/**
 * A persistent list that is only appended to.
 *
 * Versions share one array: appending to the newest version writes in place,
 * appending to an older one copies. So a fold over n events costs n, not n².
 */
export class AppendList<A> implements Iterable<A> {
  readonly length: number
  private readonly shared: Array<A>

  private constructor(shared: Array<A>, length: number) {
    this.shared = shared
    this.length = length
  }

  static empty<A>(): AppendList<A> {
    return new AppendList<A>([], 0)
  }

  static from<A>(items: Iterable<A>): AppendList<A> {
    const shared = Array.from(items)
    return new AppendList(shared, shared.length)
  }

  append(item: A): AppendList<A> {
    const shared = this.shared.length === this.length ? this.shared : this.shared.slice(0, this.length)
    shared.push(item)
    return new AppendList(shared, this.length + 1)
  }

  at(index: number): A | undefined {
    const position = index < 0 ? this.length + index : index
    return position < this.length ? this.shared[position] : undefined
  }

  /** What all versions of this list share: the same as long as one came from the other by appending in place. */
  get identity(): object {
    return this.shared
  }

  /** A copy as a plain array. */
  toArray(): ReadonlyArray<A> {
    return this.shared.slice(0, this.length)
  }

  *[Symbol.iterator](): Iterator<A> {
    for (let index = 0; index < this.length; index++) {
      // Below `length` every slot is filled.
      yield this.shared[index] as A
    }
  }

  toJSON(): ReadonlyArray<A> {
    return this.toArray()
  }
}
