"use strict";

const FIRST_CAPACITY = 8;

/** What all have that were never filled. */
const NOTHING = [undefined];

/**
 * A map from whole numbers to objects that come and go by the thousand.
 *
 * V8's `Map` leaves its table for a new one every few dozen of them. What it has left still points at
 * what was in it, and once it is old memory that keeps every young object of its day alive until a
 * full collection. Here a place is emptied where it is.
 *
 * Open addressing with linear probing, a quarter of the places free: numbers that follow one another
 * fall side by side.
 */
class NumberMap {
  size = 0;
  #numbers = NOTHING;
  /** `undefined` where a place is free. */
  #values = NOTHING;
  #mask = 0;

  get(number) {
    return this.#values[this.#placeOf(number)];
  }

  set(number, value) {
    let place = this.#placeOf(number);
    if (this.#values[place] === undefined) {
      this.size += 1;
      if (this.size * 4 > this.#values.length * 3) {
        this.#grow();
        place = this.#placeOf(number);
      }
    }
    this.#numbers[place] = number;
    this.#values[place] = value;
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

  #grow() {
    const [numbers, values] = [this.#numbers, this.#values];
    const capacity = Math.max(FIRST_CAPACITY, 2 * values.length);
    this.#numbers = new Array(capacity).fill(0);
    this.#values = new Array(capacity).fill(undefined);
    this.#mask = capacity - 1;
    values.forEach((value, place) => {
      if (value !== undefined) {
        const free = this.#placeOf(numbers[place]);
        this.#numbers[free] = numbers[place];
        this.#values[free] = value;
      }
    });
  }
}

module.exports = { NumberMap };
