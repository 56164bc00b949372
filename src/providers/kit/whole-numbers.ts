/** Every whole number from `first` to `last`, both included. */
export const wholeNumbers = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
