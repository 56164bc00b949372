/** 2020-01-01T00:00:00Z in MP4's seconds since 1904. */
const fixedDate = 1_577_836_800 + 2_082_844_800;

/**
 * Overwrites the creation and modification dates of an MP4 with a fixed one, in place: a muxer writes the present, and the
 * same seed shall give the same bytes. They stand in mvhd, and in tkhd and mdhd of each track.
 */
export function fixDates(file: Uint8Array): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  walk(view, { start: 0, end: file.byteLength });
}

const containers = new Set(['moov', 'trak', 'mdia']);
const dated = new Set(['mvhd', 'tkhd', 'mdhd']);

function walk(view: DataView, { start, end }: { start: number; end: number }): void {
  for (let at = start; at + 8 <= end; ) {
    const declared = view.getUint32(at);
    const size = declared === 1 ? Number(view.getBigUint64(at + 8)) : declared;
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
    if (containers.has(type)) walk(view, { start: at + 8, end: at + size });
    else if (dated.has(type)) writeDates(view, at + 8);
    if (size < 8) return; // 0 means "to the end of the file"
    at += size;
  }
}

function writeDates(view: DataView, box: number): void {
  const version = view.getUint8(box);
  for (let index = 0; index < 2; index += 1) {
    if (version === 1) view.setBigUint64(box + 4 + 8 * index, BigInt(fixedDate));
    else view.setUint32(box + 4 + 4 * index, fixedDate);
  }
}
