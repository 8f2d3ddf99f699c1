// Runs what is assigned to `on…` properties in the context in which it was assigned, as listeners.ts does. What stands
// in a content attribute is the browser's own.
import { frozen, lookLike, originalOf, standFor } from './nativeLooks.js';
import type { Zones } from './zones.js';

type Callback = (this: unknown, ...args: any[]) => unknown;

/**
 * The interfaces that have some in Chromium, Firefox or WebKit; the global scope has its own. A list, since looking at
 * every interface of the page makes the browser create all thousand of them: 80 ms in Chromium, against a few.
 */
const interfaces = [
  'AbortSignal Animation AudioContext AudioDecoder AudioEncoder AudioScheduledSourceNode AudioTrackList',
  'AudioWorkletNode BackgroundFetchRegistration BaseAudioContext BatteryManager BroadcastChannel',
  'CaptureController Clipboard CloseWatcher CookieStore CreateMonitor DevicePosture Document',
  'DocumentPictureInPicture EditContext Element EventSource FileReader FontFaceSet GPUDevice HID HIDDevice',
  'HTMLBodyElement HTMLCameraElement HTMLElement HTMLFrameSetElement HTMLGeolocationElement HTMLMediaElement',
  'HTMLMicrophoneElement HTMLUserMediaElement HTMLVideoElement IDBDatabase IDBOpenDBRequest IDBRequest',
  'IDBTransaction IdleDetector LanguageModel ManagedMediaSource ManagedSourceBuffer MathMLElement MediaDevices',
  'MediaKeySession MediaQueryList MediaRecorder MediaSource MediaStream MediaStreamTrack MessagePort MIDIAccess',
  'MIDIInput MIDIPort Navigation NavigationHistoryEntry NavigatorManagedData NetworkInformation Notification',
  'OfflineAudioContext OffscreenCanvas PaymentRequest PaymentResponse Performance PermissionStatus',
  'PictureInPictureWindow PresentationAvailability PresentationConnection PresentationConnectionList',
  'PresentationRequest RemotePlayback RTCDataChannel RTCDtlsTransport RTCDTMFSender RTCIceTransport',
  'RTCPeerConnection RTCSctpTransport Screen ScreenDetails ScreenOrientation ScriptProcessorNode Sensor Serial',
  'SerialPort ServiceWorker ServiceWorkerContainer ServiceWorkerRegistration ShadowRoot SharedWorker',
  'SourceBuffer SourceBufferList SpeechRecognition SpeechSynthesis SpeechSynthesisUtterance SVGAnimationElement',
  'SVGElement TaskSignal TextTrack TextTrackCue TextTrackList USB VideoDecoder VideoEncoder VideoTrackList',
  'VirtualKeyboard VisualViewport WakeLockSentinel WebKitMediaKeySession webkitSpeechRecognition WebSocket',
  'WindowControlsOverlay Worker XMLHttpRequest XMLHttpRequestEventTarget XRCompositionLayer XRCubeLayer',
  'XRCylinderLayer XREquirectLayer XRLightProbe XRQuadLayer XRReferenceSpace XRSession XRSystem',
].join(' ');

export function trackOnProperties(zones: Zones): void {
  const page = globalThis as { [name: string]: any };
  // A worker's global scope inherits its own.
  for (let scope = page; scope && scope !== EventTarget.prototype; scope = Object.getPrototypeOf(scope)) {
    trackIn(zones, scope);
  }
  for (const name of interfaces.split(' ')) {
    // A class of zone.js's own carries our zones.
    if (page[name]?.prototype && !(zones.symbol(name) in page)) trackIn(zones, page[name].prototype, name);
  }
}

/** owner is what an interface is called; the global scope's own go by their names. */
function trackIn(zones: Zones, holder: object, owner?: string): void {
  for (const name of Object.getOwnPropertyNames(holder)) {
    if (!name.startsWith('on')) continue;
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)!;
    const { get, set } = descriptor;
    if (!get || !set || Object.hasOwn(holder, zones.symbol(`on${name}patched`))) continue;
    if (originalOf(set)) continue; // an interface with two names
    const isReplaced = Reflect.defineProperty(holder, name, {
      ...descriptor,
      get: lookLike(
        {
          get(this: unknown) {
            const callback = get.call(this);
            return originalOf(callback) ?? callback;
          },
        }.get,
        get,
      ),
      set: lookLike(
        {
          set(this: unknown, callback: unknown) {
            const isCallable = typeof callback === 'function';
            set.call(
              this,
              isCallable
                ? standFor(zones.bind(zones.active() ?? zones.root, callback as Callback), callback)
                : callback,
            );
          },
        }.set,
        set,
      ),
    });
    // Not each by its name, of a hundred that an interface may have.
    if (!isReplaced) frozen.add(owner ? `${owner}.on…` : name);
  }
}
