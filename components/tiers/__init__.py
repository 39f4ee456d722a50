"""One ComponentResource a stack: what a Region holds, put together from the folders beside this one."""
