// What page.evaluate callbacks see in a page with the script build.
declare const timber: typeof import('timberlog/browser');
