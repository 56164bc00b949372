export interface ImageFacts {
  readonly kind: 'image';
  readonly format: 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif' | 'heic' | 'heif';
  readonly mediaType: string;
  readonly bytes: number;
  /** As it is seen, i.e. after the orientation was applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8 (JPEG, WebP and TIFF; 1 for the others). */
  readonly orientation: number;
}

export interface VideoFacts {
  readonly kind: 'video';
  readonly format: 'mp4' | 'mov' | 'avi';
  readonly mediaType: string;
  readonly bytes: number;
  /** As it is seen, i.e. after the rotation was applied. */
  readonly width: number;
  readonly height: number;
  /** Degrees clockwise: 0, 90, 180 or 270. */
  readonly rotation: number;
  /** Summed from the samples; of the sound if it goes on for more than half a second after the picture. */
  readonly seconds: number;
  /** What the file's header claims; 0 when it claims nothing. */
  readonly declaredSeconds: number;
  /** Average: frames by seconds of the picture. */
  readonly fps: number;
  readonly frames: number;
  /** `h264`, `hevc`, `av1`, `vp9`, …, else the four letters of the file. */
  readonly videoCodec: string;
  readonly audioCodec?: string;
  readonly audio: boolean;
  /** The index stands before the media, so that playing starts before the end has arrived. */
  readonly faststart: boolean;
  readonly fragmented: boolean;
}

export interface AudioFacts {
  readonly kind: 'audio';
  readonly format: 'wav' | 'mp3' | 'm4a';
  readonly mediaType: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
}

/** What the headers of a file say. No policy: a picture of a billion by a billion pixels is reported as such. */
export type MediaFacts = ImageFacts | VideoFacts | AudioFacts;
