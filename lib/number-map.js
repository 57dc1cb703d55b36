"use strict";

const FIRST_CAPACITY = 64;

/**
 * A map from whole numbers to objects that come and go by the thousand.
 *
 * V8's `Map` leaves its table for a new one every few dozen of them. What it has left still points at
 * what was in it, and once it is old memory that keeps every young object of its day alive until a
 * full collection. Here a place is emptied where it is.
 *
 * Open addressing with linear probing: numbers that follow one another fall side by side.
 */
class NumberMap {
  size = 0;
  #numbers = new Uint32Array(FIRST_CAPACITY);
  /** `undefined` where a place is free. */
  #values = new Array(FIRST_CAPACITY).fill(undefined);
  #mask = FIRST_CAPACITY - 1;

  get(number) {
    return this.#values[this.#placeOf(number)];
  }

  set(number, value) {
    const place = this.#placeOf(number);
    const isNew = this.#values[place] === undefined;
    this.#numbers[place] = number;
    this.#values[place] = value;
    if (isNew) {
      this.size += 1;
      this.#growIfCrowded();
    }
  }

  /** Whether it was there. */
  delete(number) {
    let hole = this.#placeOf(number);
    if (this.#values[hole] === undefined) {
      return false;
    }
    this.size -= 1;
    // Whoever would have come here first moves up, so that no search ends at the hole.
    for (let next = this.#after(hole); this.#values[next] !== undefined; next = this.#after(next)) {
      const home = this.#numbers[next] & this.#mask;
      if (((next - home) & this.#mask) >= ((next - hole) & this.#mask)) {
        this.#numbers[hole] = this.#numbers[next];
        this.#values[hole] = this.#values[next];
        hole = next;
      }
    }
    this.#values[hole] = undefined;
    return true;
  }

  /** A list of them. */
  values() {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Where `number` is, or would be. */
  #placeOf(number) {
    let place = number & this.#mask;
    while (this.#values[place] !== undefined && this.#numbers[place] !== number) {
      place = this.#after(place);
    }
    return place;
  }

  #after(place) {
    return (place + 1) & this.#mask;
  }

  /** A quarter stays free. */
  #growIfCrowded() {
    const capacity = this.#mask + 1;
    if (this.size * 4 <= capacity * 3) {
      return;
    }
    const [numbers, values] = [this.#numbers, this.#values];
    this.#numbers = new Uint32Array(2 * capacity);
    this.#values = new Array(2 * capacity).fill(undefined);
    this.#mask = 2 * capacity - 1;
    for (let place = 0; place < capacity; place += 1) {
      if (values[place] !== undefined) {
        const free = this.#placeOf(numbers[place]);
        this.#numbers[free] = numbers[place];
        this.#values[free] = values[place];
      }
    }
  }
}

module.exports = { NumberMap };
