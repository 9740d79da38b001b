/** Programs that do nothing but destroy or end what is named after them: whoever allows it for one thing has not allowed it for all, so nothing of them is saved. */
import type { Family } from "./Family.ts"

/** The rows still tell what is done; it is `savable` that refuses every program which heads one. */
export const destroying: Family = {
  rows: [
    ["rm", 1, "rm -rf build", "rm"],
    ["rmdir", 1, "rmdir build", "rmdir"],
    ["unlink", 1, "unlink a", "unlink"],
    ["shred", 1, "shred -u a", "shred"],
    ["srm", 1, "srm -r a", "srm"],
    ["trash", 1, "trash a", "trash"],
    ["rimraf", 1, "rimraf dist", "rimraf"],
    ["dd", 1, "dd if=a of=b", "dd"],
    ["truncate", 1, "truncate -s 0 a", "truncate"],
    ["wipefs", 1, "wipefs -a /dev/sdb", "wipefs"],
    ["blkdiscard", 1, "blkdiscard /dev/sdb", "blkdiscard"],
    ["fdisk", 1, "fdisk /dev/sdb", "fdisk"],
    ["sfdisk", 1, "sfdisk /dev/sdb", "sfdisk"],
    ["sgdisk", 1, "sgdisk -Z /dev/sdb", "sgdisk"],
    ["parted", 1, "parted /dev/sdb rm 1", "parted"],
    ["mkfs", 1, "mkfs -t ext4 /dev/sdb", "mkfs"],
    ["mkswap", 1, "mkswap /dev/sdb", "mkswap"],
    ["kill", 1, "kill -9 123", "kill"],
    ["pkill", 1, "pkill -f server", "pkill"],
    ["killall", 1, "killall node", "killall"],
    ["shutdown", 1, "shutdown -h now", "shutdown"],
    ["reboot", 1, "reboot", "reboot"],
    ["userdel", 1, "userdel -r a", "userdel"],
    ["groupdel", 1, "groupdel a", "groupdel"],
    ["dropdb", 1, "dropdb web", "dropdb"],
    ["dropuser", 1, "dropuser a", "dropuser"]
  ],
  flags: [],
  aliases: [
    ["mkfs.ext4", "mkfs", "mkfs.ext4 /dev/sdb", "mkfs.ext4"],
    ["mkfs.ext3", "mkfs", "mkfs.ext3 /dev/sdb", "mkfs.ext3"],
    ["mkfs.xfs", "mkfs", "mkfs.xfs /dev/sdb", "mkfs.xfs"],
    ["mkfs.btrfs", "mkfs", "mkfs.btrfs /dev/sdb", "mkfs.btrfs"],
    ["mkfs.vfat", "mkfs", "mkfs.vfat /dev/sdb", "mkfs.vfat"],
    ["trash-put", "trash", "trash-put a", "trash-put"],
    ["halt", "shutdown", "halt", "halt"],
    ["poweroff", "shutdown", "poweroff", "poweroff"],
    ["deluser", "userdel", "deluser a", "deluser"],
    ["delgroup", "groupdel", "delgroup a", "delgroup"]
  ]
}
