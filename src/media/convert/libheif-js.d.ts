/** The package has no types for its entry; these are the parts in use. */
declare module 'libheif-js/wasm-bundle.js' {
  interface PixelSpace {
    readonly data: Uint8ClampedArray<ArrayBuffer>;
    readonly width: number;
    readonly height: number;
  }
  interface HeifPicture {
    is_primary(): boolean;
    get_width(): number;
    get_height(): number;
    display<Space extends PixelSpace>(space: Space, done: (filled: Space | null) => void): void;
  }
  const libheif: { readonly HeifDecoder: new () => { decode(bytes: Uint8Array): HeifPicture[] } };
  export = libheif;
}
