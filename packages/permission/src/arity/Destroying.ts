/** Programs that do nothing but destroy or end what is named after them: whoever allows it for one thing has not allowed it for all. */
import type { Family } from "./Family.ts"

export const destroying: Family = {
  rows: [
    ["rm", 0, "rm -rf build", ""],
    ["rmdir", 0, "rmdir build", ""],
    ["unlink", 0, "unlink a", ""],
    ["shred", 0, "shred -u a", ""],
    ["srm", 0, "srm -r a", ""],
    ["trash", 0, "trash a", ""],
    ["rimraf", 0, "rimraf dist", ""],
    ["dd", 0, "dd if=a of=b", ""],
    ["truncate", 0, "truncate -s 0 a", ""],
    ["wipefs", 0, "wipefs -a /dev/sdb", ""],
    ["blkdiscard", 0, "blkdiscard /dev/sdb", ""],
    ["fdisk", 0, "fdisk /dev/sdb", ""],
    ["sfdisk", 0, "sfdisk /dev/sdb", ""],
    ["sgdisk", 0, "sgdisk -Z /dev/sdb", ""],
    ["parted", 0, "parted /dev/sdb rm 1", ""],
    ["mkfs", 0, "mkfs -t ext4 /dev/sdb", ""],
    ["mkswap", 0, "mkswap /dev/sdb", ""],
    ["kill", 0, "kill -9 123", ""],
    ["pkill", 0, "pkill -f server", ""],
    ["killall", 0, "killall node", ""],
    ["shutdown", 0, "shutdown -h now", ""],
    ["reboot", 0, "reboot", ""],
    ["userdel", 0, "userdel -r a", ""],
    ["groupdel", 0, "groupdel a", ""],
    ["dropdb", 0, "dropdb web", ""],
    ["dropuser", 0, "dropuser a", ""]
  ],
  flags: [],
  aliases: [
    ["mkfs.ext4", "mkfs", "mkfs.ext4 /dev/sdb", ""],
    ["mkfs.ext3", "mkfs", "mkfs.ext3 /dev/sdb", ""],
    ["mkfs.xfs", "mkfs", "mkfs.xfs /dev/sdb", ""],
    ["mkfs.btrfs", "mkfs", "mkfs.btrfs /dev/sdb", ""],
    ["mkfs.vfat", "mkfs", "mkfs.vfat /dev/sdb", ""],
    ["trash-put", "trash", "trash-put a", ""],
    ["halt", "shutdown", "halt", ""],
    ["poweroff", "shutdown", "poweroff", ""],
    ["deluser", "userdel", "deluser a", ""],
    ["delgroup", "groupdel", "delgroup a", ""]
  ]
}
